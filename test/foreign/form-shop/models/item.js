const { model, Schema } = require('mongoose');

module.exports = model(
  'Item',
  new Schema({ name: { type: String, required: true }, cents: { type: Number, required: true }, stock: { type: Number, default: 0 } }, { timestamps: true }),
);
