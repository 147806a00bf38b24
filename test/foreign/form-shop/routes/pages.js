const { Router } = require('express');
const passport = require('passport');
const Item = require('../models/item');

const router = Router();

router.get('/', async (req, res, next) => {
  try {
    const newest = await Item.find().sort({ name: 1 }).limit(3);
    res.render('home', { title: 'Welcome', newest });
  } catch (error) {
    next(error);
  }
});

router.get('/login', (req, res) => res.render('login', { title: 'Log in' }));

router.post('/login', (req, res, next) => {
  const returnTo = req.session.returnTo || '/account';
  passport.authenticate('local', { successRedirect: returnTo, failureRedirect: '/login', failureFlash: true })(req, res, next);
});

router.post('/logout', (req, res, next) => {
  req.logout((error) => {
    if (error) return next(error);
    req.flash('info', 'You are logged out.');
    res.redirect('/');
  });
});

module.exports = router;
