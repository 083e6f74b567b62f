// The functions of c/arith.c in JavaScript. Numbers are f64 there, so the i32 ones say where they wrap around.

export const signatures = {
  add: '(i32,i32)->i32',
  square: '(i32)->i32',
  mul64: '(i64,i64)->i64',
  average: '(f32,f32)->f32',
  hypot: '(f64,f64)->f64',
};

export function add(a, b) {
  return (a + b) | 0;
}

export function square(a) {
  return Math.imul(a, a);
}

export function mul64(a, b) {
  return BigInt.asIntN(64, a * b);
}

export function average(a, b) {
  return Math.fround(Math.fround(a + b) * 0.5);
}

export function hypot(a, b) {
  return Math.sqrt(a * a + b * b);
}
