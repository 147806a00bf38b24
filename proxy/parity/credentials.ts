/** Request headers that make a client's identity. */
export type Credentials = Readonly<Record<string, string>>;
