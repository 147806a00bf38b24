import { Counter, Gauge, type Registry } from 'prom-client';

type Add = (value: number, labels?: Readonly<Record<string, string | number>>) => void;
type Define = (name: string, help: string, labelNames: readonly string[], read: (add: Add) => void) => void;

/** Metrics whose values are kept elsewhere and read when Prometheus asks. */
export function readWhenAsked(registers: Registry[]): { readonly gauge: Define; readonly counter: Define } {
  const define =
    (Kind: typeof Gauge | typeof Counter): Define =>
    (name, help, labelNames, read) => {
      const metric: Gauge | Counter = new Kind({
        ...{ name, help, labelNames: [...labelNames], registers },
        collect() {
          metric.reset();
          read((value, labels = {}) => metric.inc(labels, value));
        },
      });
    };
  return { gauge: define(Gauge), counter: define(Counter) };
}
