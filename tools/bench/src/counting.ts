/** The same object; each call of a method of it is told by name before it is made. */
export function counting<Port extends object>(port: Port, tell: (name: string) => void): Port {
  return new Proxy(port, {
    get(target, key, receiver) {
      const method: unknown = Reflect.get(target, key, receiver);
      if (typeof method !== 'function') return method;
      return (...args: readonly unknown[]) => {
        tell(String(key));
        return (method as (...args: readonly unknown[]) => unknown).apply(target, [...args]);
      };
    },
  });
}
