import { hashKey, hashPassword } from './authentication.js';
import { connect } from './database.js';

const { client, db } = await connect(process.env.DATABASE_URL);
const user = (username, name, team) => ({ username, name, team, salt: username, password: hashPassword('a quiet password', username) });
await db.collection('users').insertMany([
  user('ada', 'Ada', 'red'),
  user('ben', 'Ben', 'red'),
  user('cleo', 'Cleo', 'blue'),
]);
await db.collection('keys').insertMany([
  { label: 'red bot', team: 'red', hash: hashKey('red-key-7f3a') },
  { label: 'blue bot', team: 'blue', hash: hashKey('blue-key-91cc') },
]);
await db.collection('notes').insertMany(
  Array.from({ length: 45 }, (_, index) => ({
    title: `Note ${index}`,
    text: index % 3 === 0 ? 'Zwölf Boxkämpfer' : '',
    team: index % 5 === 0 ? 'blue' : 'red',
    updatedAt: new Date(Date.UTC(2026, 9, 1 + (index % 20), 12)),
  })),
);
await client.close();
