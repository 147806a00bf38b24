/** How an `https:` upstream is trusted, and how this proxy shows who it is. Certificates and keys in PEM. */
export interface UpstreamTls {
  /** Trusted instead of Node's own CAs. */
  readonly ca?: string;
  /** Client certificate, with what it is signed by. */
  readonly cert?: string;
  readonly key?: string;
  /** Asked for and expected in the certificate, instead of the URL's host. */
  readonly servername?: string;
}
