import { Router } from 'express';
import { ObjectId } from 'mongodb';

const PAGE = 20;
const toJson = ({ _id, title, text, updatedAt }) => ({ id: _id.toHexString(), title, text, updatedAt });

export function notes(db) {
  const collection = db.collection('notes');
  const router = Router();

  router.get('/', async (req, res) => {
    const page = Number.parseInt(req.query.page ?? '1', 10);
    if (!(page >= 1)) return res.status(400).json({ error: 'page must be 1 or more' });
    const found = await collection
      .find({ team: req.user.team })
      .sort({ updatedAt: -1, _id: 1 })
      .skip((page - 1) * PAGE)
      .limit(PAGE)
      .toArray();
    res.json({ notes: found.map(toJson), page });
  });

  router.param('noteId', async (req, res, next, id) => {
    if (!/^[0-9a-f]{24}$/.test(id)) return res.status(404).json({ error: 'no such note' });
    const note = await collection.findOne({ _id: new ObjectId(id), team: req.user.team });
    if (note === null) return res.status(404).json({ error: 'no such note' });
    req.note = note;
    next();
  });

  router.get('/:noteId', (req, res) => {
    res.json({ note: toJson(req.note) });
  });

  router.post('/', async (req, res) => {
    const { title, text = '' } = req.body ?? {};
    if (typeof title !== 'string' || title.trim() === '') return res.status(400).json({ error: 'title is required' });
    const note = { title: title.trim(), text: String(text), team: req.user.team, updatedAt: new Date() };
    const { insertedId } = await collection.insertOne(note);
    res.status(201).location(`/api/notes/${insertedId.toHexString()}`).json({ note: toJson({ _id: insertedId, ...note }) });
  });

  router.delete('/:noteId', async (req, res) => {
    await collection.deleteOne({ _id: req.note._id });
    res.status(204).end();
  });

  return router;
}
