import { Router } from 'express';

export function teams(db) {
  const router = Router();

  router.get('/mine', async (req, res) => {
    const members = await db
      .collection('users')
      .find({ team: req.user.team })
      .project({ name: 1, _id: 0 })
      .sort({ name: 1 })
      .toArray();
    const count = await db.collection('notes').countDocuments({ team: req.user.team });
    res.set('Cache-Control', 'private, max-age=5').json({ team: req.user.team, members: members.map(({ name }) => name), notes: count });
  });

  return router;
}
