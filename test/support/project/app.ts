import express from 'express';

export const app = express();
app.get('/api/items', (req, res) => {
  res.json({ items: [], key: req.get('x-api-key') !== undefined });
});
