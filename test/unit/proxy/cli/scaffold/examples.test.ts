import { MongoClient } from 'mongodb';
import { findExamples } from '../../../../../proxy/cli/scaffold/examples';
import { startTestMongo } from '../../../../support/test-mongo';

it('values for the parameters of a path are read from the database, and missed without one', async () => {
  const mongo = await startTestMongo();
  const client = await MongoClient.connect(mongo.uri);
  try {
    const { insertedId } = await client.db().collection('notes').insertOne({ title: 'x' });
    await client.db().collection('shops').insertOne({ slug: 'corner' });
    const path = '/api/shops/:slug/notes/:noteId/:other';
    const found = await findExamples(path, ['slug', 'noteId', 'other'], mongo.uri);
    expect([...found]).toEqual([
      ['slug', 'corner'],
      ['noteId', insertedId.toHexString()],
    ]);
  } finally {
    await client.close();
    await mongo.stop();
  }
  expect((await findExamples('/notes/:id', ['id'], undefined)).size).toBe(0);
  expect((await findExamples('/notes/:id', ['id'], 'no connection string')).size).toBe(0);
});
