declare module 'dynalite' {
  import type { Server } from 'node:http';
  /** A server that does not listen yet. Times in ms. */
  export default function dynalite(options: {
    readonly createTableMs?: number;
    readonly updateTableMs?: number;
    readonly deleteTableMs?: number;
  }): Server;
}
