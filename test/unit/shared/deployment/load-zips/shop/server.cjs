const path = require('node:path');
const express = require('express');

const app = express();
app.engine('txt', (file, _options, callback) => require('node:fs').readFile(file, 'utf8', callback));
app.set('view engine', 'txt');
app.set('views', path.join(__dirname, 'views'));
app.get('/', (_req, res) => res.render('home'));
app.get('/account', (_req, res) => res.status(200).render('account'));
app.listen(process.env.PORT ?? 3000);
if (process.env.CLEAN_UP === 'yes') setInterval(() => undefined, 60_000);
