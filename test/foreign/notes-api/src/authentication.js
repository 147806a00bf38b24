import { createHash, scryptSync, timingSafeEqual } from 'node:crypto';
import { ObjectId } from 'mongodb';
import { Passport } from 'passport';
import { Strategy } from 'passport-local';

export const hashPassword = (password, salt) => scryptSync(password, salt, 32).toString('hex');
export const hashKey = (key) => createHash('sha256').update(key).digest('hex');

export function authentication(db) {
  const users = db.collection('users');
  const passport = new Passport();

  passport.use(
    new Strategy(async (username, password, done) => {
      try {
        const user = await users.findOne({ username });
        if (user === null) return done(null, false);
        const isRight = timingSafeEqual(Buffer.from(hashPassword(password, user.salt)), Buffer.from(user.password));
        done(null, isRight && toCaller(user));
      } catch (error) {
        done(error);
      }
    }),
  );
  passport.serializeUser((user, done) => done(null, user.id));
  passport.deserializeUser(async (id, done) => {
    try {
      const user = await users.findOne({ _id: new ObjectId(id) });
      done(null, user !== null && toCaller(user));
    } catch (error) {
      done(error);
    }
  });

  return {
    passport,
    /** Machines send a key of their team instead of a cookie. */
    async apiKey(req, res, next) {
      const key = req.get('X-Api-Key');
      if (req.user !== undefined || key === undefined) return next();
      const found = await db.collection('keys').findOne({ hash: hashKey(key) });
      if (found !== null) req.user = { id: `key:${found.label}`, name: found.label, team: found.team };
      next();
    },
    requireCaller(req, res, next) {
      if (req.user === undefined) return res.status(401).json({ error: 'log in or send a key' });
      next();
    },
  };
}

const toCaller = ({ _id, name, team }) => ({ id: _id.toHexString(), name, team });
