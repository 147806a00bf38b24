/** Rounds to decimals, ties to the even neighbour (manual: `$round`). Works on the 15 digits that MongoDB takes a double to mean. */
export const roundHalfEven = (value: number, place: number): number =>
  atPlace(value, place, (quotient, rest, divisor) => {
    const twice = rest * 2n;
    return twice > divisor || (twice === divisor && quotient % 2n === 1n) ? quotient + 1n : quotient;
  });

/** Cuts decimals off. */
export const truncateTo = (value: number, place: number): number => atPlace(value, place, (quotient) => quotient);

function atPlace(
  value: number,
  place: number,
  choose: (quotient: bigint, rest: bigint, divisor: bigint) => bigint,
): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential(14).split('e');
  const digits = BigInt(mantissa.replace('.', ''));
  const exponent = Number(power) - 14;
  if (exponent >= -place) return value;
  const divisor = 10n ** BigInt(-place - exponent);
  const quotient = choose(digits / divisor, digits % divisor, divisor);
  return Math.sign(value) * Number(`${quotient}e${-place}`);
}
