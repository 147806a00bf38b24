const { Router } = require('express');
const Order = require('../models/order');
const Item = require('../models/item');
const { requireUser } = require('../lib/access');

const router = Router();
router.use(requireUser);

router.get('/', async (req, res, next) => {
  try {
    const orders = await Order.find({ customer: req.user._id }).sort({ placedAt: -1 });
    res.render('account', { title: 'Your account', orders });
  } catch (error) {
    next(error);
  }
});

const orders = Router();

orders.get('/:orderId', async (req, res, next) => {
  try {
    const order = await Order.findOne({ _id: req.params.orderId, customer: req.user._id });
    if (order === null) return res.status(404).render('error', { title: 'Unknown order', detail: 'We cannot find it.' });
    res.render('order', { title: 'Order', order });
  } catch (error) {
    next(error);
  }
});

orders.post('/', async (req, res, next) => {
  try {
    const item = await Item.findById(req.body.item);
    const count = Number(req.body.count);
    if (item === null || !Number.isInteger(count) || count < 1) {
      req.flash('error', 'Choose an item and how many.');
      return res.redirect('/items');
    }
    const order = await Order.create({ customer: req.user._id, lines: [{ name: item.name, cents: item.cents, count }] });
    req.flash('info', 'Thank you for your order.');
    res.redirect(`/account/orders/${order.id}`);
  } catch (error) {
    next(error);
  }
});

router.use('/orders', orders);
module.exports = router;
