/** Halves to the even neighbour, as NumPy rounds: both twins give the same bytes. @param {number} value not negative */
export function roundEven(value) {
  const up = Math.floor(value + 0.5);
  return up - value === 0.5 && up % 2 === 1 ? up - 1 : up;
}
