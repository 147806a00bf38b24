const { model, Schema } = require('mongoose');

module.exports = model(
  'User',
  new Schema({ email: { type: String, required: true }, name: String, passwordHash: String, isStaff: { type: Boolean, default: false } }),
);
