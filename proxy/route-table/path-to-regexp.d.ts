/** path-to-regexp 0.1, the version inside Express 4; it ships no types. */
declare module 'path-to-regexp' {
  export default function pathToRegexp(
    path: string,
    keys: unknown[],
    options: { sensitive: boolean; strict: boolean; end: boolean },
  ): RegExp;
}
