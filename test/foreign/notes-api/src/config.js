const { DATABASE_URL, COOKIE_SECRET, PORT = '3000' } = process.env;

if (!DATABASE_URL || !COOKIE_SECRET) throw new Error('DATABASE_URL and COOKIE_SECRET must be set');

export const config = { databaseUrl: DATABASE_URL, cookieSecret: COOKIE_SECRET, port: Number(PORT) };
