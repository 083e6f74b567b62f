;; A loop as long as the caller wants; the xorshift keeps compilers from removing it.
(module
  (func (export "spin") (param $rounds i64) (result i64)
    (local $x i64)
    (local.set $x (i64.const 88172645463325252))
    (block $done
      (loop $again
        (br_if $done (i64.eqz (local.get $rounds)))
        (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 13))))
        (local.set $x (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 7))))
        (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 17))))
        (local.set $rounds (i64.sub (local.get $rounds) (i64.const 1)))
        (br $again)))
    (local.get $x))
)
