import { BanyanError } from '../../../shared/errors';

export const refused = (code: string, message: string): BanyanError => new BanyanError(message, { code });
