const { Router } = require('express');
const Item = require('../models/item');
const { requireStaff, requireUser } = require('../lib/access');

const router = Router();
router.use(requireUser, requireStaff);

router.get('/', async (req, res, next) => {
  try {
    res.render('staff', { title: 'Staff', soldOut: await Item.find({ stock: 0 }).sort({ name: 1 }) });
  } catch (error) {
    next(error);
  }
});

module.exports = router;
