import { changeMongoClients } from '../../../shared/app-entry/change-mongo-clients';

/** What the app asks of MongoDB. */
export interface ClientWatch {
  /** That it gave its clients, as it gave them: they may hold a password. */
  readonly uris: Set<string>;
  /** Of `find` commands since it was emptied last. */
  readonly finds: { readonly collection: string; readonly filter: unknown }[];
}

const NOT_EMBEDDED = /^(tls|ssl|auth|replicaSet|srv|loadBalanced|directConnection|proxy|user|password|compressors)/i;

/**
 * Watches every MongoClient of the app, and leads it to the embedded MongoDB whatever its URI says: no name is looked up, no password is sent. To be called
 * before the app is loaded.
 *
 * @param port of the embedded MongoDB; undefined: clients connect where they want
 */
export function watchClients(port: number | undefined): ClientWatch {
  const watch: ClientWatch = { uris: new Set(), finds: [] };
  changeMongoClients(
    ({ uri, options }) => {
      watch.uris.add(uri);
      const watched = { ...options, monitorCommands: true };
      if (port === undefined) return { uri, options: watched };
      const database = /^mongodb(?:\+srv)?:\/\/[^/]+(?:\/([^?]*))?/.exec(uri);
      const kept = Object.entries(watched).filter(([name]) => !NOT_EMBEDDED.test(name));
      // The driver has its own words for what is no URI.
      return {
        uri: database === null ? uri : `mongodb://127.0.0.1:${port}/${database[1] ?? ''}`,
        options: Object.fromEntries(kept),
      };
    },
    (client) =>
      client.on('commandStarted', ({ command }: { command: { find?: unknown; filter?: unknown } }) => {
        if (typeof command.find === 'string') watch.finds.push({ collection: command.find, filter: command.filter });
      }),
  );
  return watch;
}
