/** Draws from a seed: the same seed, the same draws. Pure. */

export class Chance {
  /** @param {number} seed whole */
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** Mulberry32. @returns {number} 0 <= share < 1 */
  share() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @param {number} low @param {number} high */
  between(low, high) {
    return low + (high - low) * this.share();
  }

  /** @template T @param {readonly T[]} options @param {readonly number[]} [shares] how likely each is @returns {T} */
  one(options, shares = options.map(() => 1 / options.length)) {
    let left = this.share();
    const place = shares.findIndex((share) => (left -= share) < 0);
    return options[place < 0 ? options.length - 1 : place];
  }

  /** Normal, mean 0, deviation 1 (Box and Muller). */
  normal() {
    const [first, second] = [this.share(), this.share()];
    return Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second);
  }

  /** @param {number} count @returns {number[]} 0..count-1 in any order */
  order(count) {
    const places = Array.from({ length: count }, (_, place) => place);
    for (let last = count - 1; last > 0; last--) {
      const other = Math.floor(this.share() * (last + 1));
      [places[last], places[other]] = [places[other], places[last]];
    }
    return places;
  }
}
