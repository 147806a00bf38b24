import { BanyanError } from '../../errors';

interface ParsedUri {
  /** Hosts as written, for messages. */
  readonly hosts: string;
  /** The same connection with a database named. */
  readonly uriWithDatabase: string;
}

const URI = /^(mongodb(?:\+srv)?:\/\/)(?:([^@/]*)@)?([^/?@]+)(?:\/([^?]*))?(\?.*)?$/s;

/** The hosts of a URI, with a database named in it. Throws BanyanError that never repeats the text: it may hold a password. */
export function parseConnectionString(uri: string, fallbackDatabase: string): ParsedUri {
  const { hosts, database } = partsOf(uri);
  return { hosts, uriWithDatabase: database === '' ? uriOfDatabase(uri, fallbackDatabase) : uri };
}

function partsOf(uri: string) {
  const match = URI.exec(uri);
  if (match === null)
    throw new BanyanError(
      'MONGODB_URI is not a MongoDB connection string; set it like mongodb://127.0.0.1:27017/shop, or unset it',
      { code: 'mongodb_uri_invalid' },
    );
  const [, scheme = '', credentials, hosts = '', database = '', query = ''] = match;
  return { scheme, credentials, hosts, database, query };
}

/** The same server and user with another database (the user stays one of the database that the URI names, by default `admin`). */
export function uriOfDatabase(uri: string, name: string): string {
  const { scheme, credentials, hosts, database, query } = partsOf(uri);
  const needsSource = credentials !== undefined && !/[?&]authSource=/i.test(query) && scheme === 'mongodb://';
  const source = `authSource=${database === '' ? 'admin' : database}`;
  const options = needsSource ? `${query === '' ? '?' : `${query}&`}${source}` : query;
  const login = credentials === undefined ? '' : `${credentials}@`;
  return `${scheme}${login}${hosts}/${encodeURIComponent(name)}${options}`;
}
