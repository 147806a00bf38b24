const bcrypt = require('bcryptjs');
const { Strategy } = require('passport-local');
const User = require('../models/user');

module.exports = (passport) => {
  passport.use(
    new Strategy({ usernameField: 'email' }, async (email, password, done) => {
      try {
        const user = await User.findOne({ email: String(email).toLowerCase() });
        const isRight = user !== null && (await bcrypt.compare(password, user.passwordHash));
        done(null, isRight ? user : false, { message: 'Wrong email or password' });
      } catch (error) {
        done(error);
      }
    }),
  );
  passport.serializeUser((user, done) => done(null, user.id));
  passport.deserializeUser(async (id, done) => {
    try {
      done(null, (await User.findById(id)) || false);
    } catch (error) {
      done(error);
    }
  });
};
