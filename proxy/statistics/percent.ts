/** A share from 0 to 1 as people read it, two decimals at most: `0.05` is `5 %`, `0.037` is `3.7 %`. */
export function percentText(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
