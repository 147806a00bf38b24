/** A Lambda made of the monolith itself. */
export { lift, type LiftedHandler, type LiftOptions, type LiftReport } from './lift';
