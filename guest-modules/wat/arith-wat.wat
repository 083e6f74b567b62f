;; The functions of c/arith.c by hand. Only numbers: the signatures follow from the wasm types, no custom section is needed.
(module
  (func (export "add") (param $a i32) (param $b i32) (result i32)
    (i32.add (local.get $a) (local.get $b)))

  (func (export "square") (param $a i32) (result i32)
    (i32.mul (local.get $a) (local.get $a)))

  (func (export "mul64") (param $a i64) (param $b i64) (result i64)
    (i64.mul (local.get $a) (local.get $b)))

  (func (export "average") (param $a f32) (param $b f32) (result f32)
    (f32.mul (f32.add (local.get $a) (local.get $b)) (f32.const 0.5)))

  (func (export "hypot") (param $a f64) (param $b f64) (result f64)
    (f64.sqrt (f64.add (f64.mul (local.get $a) (local.get $a)) (f64.mul (local.get $b) (local.get $b)))))
)
