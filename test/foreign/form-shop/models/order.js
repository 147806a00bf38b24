const { model, Schema } = require('mongoose');

const line = new Schema({ name: String, cents: Number, count: Number }, { _id: false });

module.exports = model(
  'Order',
  new Schema({ customer: { type: Schema.Types.ObjectId, ref: 'User', required: true }, lines: [line], placedAt: { type: Date, default: Date.now } }),
);
