// The functions of c/arith.c in AssemblyScript; its i32 and i64 wrap around as in wasm.

export function add(a: i32, b: i32): i32 {
  return a + b;
}

export function square(a: i32): i32 {
  return a * a;
}

export function mul64(a: i64, b: i64): i64 {
  return a * b;
}

export function average(a: f32, b: f32): f32 {
  return (a + b) * <f32>0.5;
}

export function hypot(a: f64, b: f64): f64 {
  return Math.sqrt(a * a + b * b);
}
