import { createApp } from './app.js';
import { connect } from './database.js';
import { config } from './config.js';

const { client, db } = await connect(config.databaseUrl);
await db.collection('notes').createIndex({ team: 1, updatedAt: -1 });

const server = createApp({ client, db }).listen(config.port, () => {
  console.log(`notes-api listens on ${server.address().port}`);
});

process.on('SIGTERM', () => {
  server.close(async () => {
    await client.close();
    process.exit(0);
  });
});
