const path = require('path');
const express = require('express');
const session = require('express-session');
const MongoDBStore = require('connect-mongodb-session')(session);
const flash = require('connect-flash');
const helmet = require('helmet');
const mongoose = require('mongoose');
const passport = require('passport');
const { csrfSync } = require('csrf-sync');

const settings = require('./lib/settings');
require('./lib/passport')(passport);

mongoose.set('strictQuery', true);
mongoose.connect(settings.mongoUrl).catch((error) => {
  console.error('no database:', error.message);
  process.exit(1);
});

const store = new MongoDBStore({ uri: settings.mongoUrl, collection: 'webSessions' });
store.on('error', (error) => console.error('session store:', error.message));

const { csrfSynchronisedProtection } = csrfSync({
  getTokenFromRequest: (req) => req.body && req.body._csrf,
});

const app = express();
app.set('trust proxy', 1);
app.set('views', path.join(__dirname, 'views'));
app.set('view engine', 'ejs');
app.locals.siteName = settings.siteName;
app.locals.currency = settings.currency;

app.use(helmet({ contentSecurityPolicy: false }));
app.use(express.urlencoded({ extended: false }));
app.use(
  session({
    name: 'shop.id',
    secret: settings.sessionKey,
    resave: false,
    saveUninitialized: false,
    store,
    cookie: { maxAge: 1000 * 60 * 60 * 8, sameSite: 'lax' },
  }),
);
app.use(passport.initialize());
app.use(passport.session());
app.use(flash());
app.use(csrfSynchronisedProtection);

app.use((req, res, next) => {
  res.locals.user = req.user;
  res.locals.messages = req.flash('info');
  res.locals.errors = req.flash('error');
  res.locals.csrfToken = req.csrfToken();
  next();
});

app.use('/', require('./routes/pages'));
app.use('/items', require('./routes/items'));
app.use('/account', require('./routes/account'));
app.use('/staff', require('./routes/staff'));

app.use((req, res) => {
  res.status(404).render('error', { title: 'Page not found', detail: 'There is no such page.' });
});

app.use((error, req, res, next) => {
  if (res.headersSent) return next(error);
  const status = error.code === 'EBADCSRFTOKEN' ? 403 : error.status || 500;
  if (status === 500) console.error(error);
  res.status(status).render('error', {
    title: status === 403 ? 'Form expired' : 'Something went wrong',
    detail: status === 403 ? 'Please reload the page and try again.' : 'We have been notified.',
  });
});

app.listen(settings.port, () => console.log(`${settings.siteName} listens on ${settings.port}`));
