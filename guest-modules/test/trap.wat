;; Tasks that trap, and good ones beside them.
(module
  (memory (export "memory") 1)
  (global $calls (mut i32) (i32.const 0))

  ;; How often this instance was called: 1 again after a trap, because the instance is made anew.
  (func (export "calls") (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (global.get $calls))

  (func (export "double") (param $a i32) (result i32)
    (i32.mul (local.get $a) (i32.const 2)))

  ;; Three functions deep, so that the stack of the trap has names in it.
  (func (export "unreachable") (result i32)
    (call $middle))
  (func $middle (result i32)
    (call $inner))
  (func $inner (result i32)
    unreachable)

  ;; Division by zero, or overflow for -2147483648 / -1.
  (func (export "divide") (param $a i32) (param $b i32) (result i32)
    (i32.div_s (local.get $a) (local.get $b)))

  ;; NaN and everything beyond 32 bits traps.
  (func (export "truncate") (param $a f64) (result i32)
    (i32.trunc_f64_s (local.get $a)))

  ;; Out of bounds from 65533 on.
  (func (export "load") (param $address i32) (result i32)
    (i32.load (local.get $address)))

  ;; Traps for every seventh n, so that a storm of traps leaves a sum that is easy to know.
  (func (export "seventh") (param $n i32) (result i32)
    (if (i32.eqz (i32.rem_u (local.get $n) (i32.const 7))) (then unreachable))
    (local.get $n))
)
