const bcrypt = require('bcryptjs');
const mongoose = require('mongoose');
const Item = require('./models/item');
const Order = require('./models/order');
const User = require('./models/user');

async function main() {
  await mongoose.connect(process.env.MONGO_URL);
  const passwordHash = await bcrypt.hash('a quiet password', 8);
  const [ada, ben] = await User.create([
    { email: 'ada@example.com', name: 'Ada', passwordHash },
    { email: 'ben@example.com', name: 'Ben', passwordHash, isStaff: true },
  ]);
  const names = ['Bowl', 'Candle', 'Chair', 'Clock', 'Cushion', 'Desk', 'Lamp', 'Mirror', 'Mug', 'Plate', 'Rug', 'Shelf', 'Vase'];
  await Item.create(names.map((name, index) => ({ name, cents: 990 + 1250 * index, stock: index % 4 })));
  await Order.create([
    { customer: ada._id, lines: [{ name: 'Mug', cents: 990, count: 4 }], placedAt: new Date('2026-10-01T10:00:00Z') },
    { customer: ben._id, lines: [{ name: 'Desk', cents: 19900, count: 1 }], placedAt: new Date('2026-10-02T10:00:00Z') },
  ]);
  await mongoose.disconnect();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
