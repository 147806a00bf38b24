const { Router } = require('express');
const { isValidObjectId } = require('mongoose');
const Item = require('../models/item');
const settings = require('../lib/settings');
const { requireUser } = require('../lib/access');

const router = Router();

router.get('/', async (req, res, next) => {
  try {
    const page = Math.max(1, Number(req.query.page) || 1);
    const items = await Item.find()
      .sort({ name: 1 })
      .skip((page - 1) * settings.pageSize)
      .limit(settings.pageSize);
    res.render('items', { title: 'All items', items, page });
  } catch (error) {
    next(error);
  }
});

router.get('/stock', requireUser, async (req, res, next) => {
  try {
    const items = await Item.find({}, { name: 1, stock: 1 }).sort({ name: 1 });
    res.json({ items: items.map(({ id, name, stock }) => ({ id, name, stock })) });
  } catch (error) {
    next(error);
  }
});

router.param('itemId', async (req, res, next, id) => {
  try {
    req.item = isValidObjectId(id) ? await Item.findById(id) : null;
    if (req.item === null) return res.status(404).render('error', { title: 'Unknown item', detail: 'It may be sold out.' });
    next();
  } catch (error) {
    next(error);
  }
});

router.get('/:itemId', (req, res) => res.render('item', { title: req.item.name, item: req.item }));

module.exports = router;
