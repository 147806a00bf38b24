/** A Lambda made of the monolith's own code. */
export { lift, type LiftedHandler } from './lift';
