import { BanyanError } from '../../../shared/errors';

/** A MongoDB connection string taken apart as far as this folder needs. */
interface ParsedUri {
  /** Hosts as written, for messages. */
  readonly hosts: string;
  /** The same connection with a database named. */
  readonly uriWithDatabase: string;
}

const URI = /^(mongodb(?:\+srv)?:\/\/)(?:([^@/]*)@)?([^/?@]+)(?:\/([^?]*))?(\?.*)?$/s;

/**
 * Finds the hosts of a URI and names a database in it (https://www.mongodb.com/docs/manual/reference/connection-string/).
 *
 * @param fallbackDatabase used when the URI names none
 * @throws BanyanError for text that is no such URI; the message never repeats it, because it may hold a password
 */
export function parseConnectionString(uri: string, fallbackDatabase: string): ParsedUri {
  const match = URI.exec(uri);
  if (match === null)
    throw new BanyanError(
      'MONGODB_URI is not a MongoDB connection string; set it like mongodb://127.0.0.1:27017/eventsapp, or unset it',
      { code: 'mongodb_uri_invalid' },
    );
  const [, scheme = '', credentials, hosts = '', database = '', query = ''] = match;
  if (database !== '') return { hosts, uriWithDatabase: uri };
  // Without a database the credentials belong to `admin`; naming one would move them there.
  const needsSource = credentials !== undefined && !/[?&]authSource=/i.test(query) && scheme === 'mongodb://';
  const options = needsSource ? `${query === '' ? '?' : `${query}&`}authSource=admin` : query;
  const login = credentials === undefined ? '' : `${credentials}@`;
  return { hosts, uriWithDatabase: `${scheme}${login}${hosts}/${encodeURIComponent(fallbackDatabase)}${options}` };
}
