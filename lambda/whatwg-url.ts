/**
 * Stands in for the package `whatwg-url` in every bundle (`alias` in serverless.yml). The MongoDB driver parses its
 * connection string with it; Node's own URL is the same standard (https://url.spec.whatwg.org) without the 290 kB of
 * tables for international host names, which took a seventh of the cold start. The tests compare the two.
 */
export { URL, URLSearchParams } from 'node:url';
