const express = require('express');

const app = express();
app.get('/', (_req, res) => res.json({ from: 'an export' }));
module.exports = app;
app.settings = {};
module.exports.createApp = async () => {
  const made = express();
  made.get('/', (_req, res) => res.json({ from: 'a factory' }));
  return made;
};
module.exports.settings = { views: 'none' };
