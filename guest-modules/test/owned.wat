;; A module that wants its buffers back one by one (penny_free, no penny_reset). 16 buffers of 4 KiB on the second page;
;; the length of buffer i is kept at 4 * i, plus one, so that 0 means free. Freeing what is not allocated traps.
(module
  (@custom "penny" "echo(bytes)->bytes\n" "tail(bytes)->bytes\n" "reverse(bytes)->bytes\n" "join(bytes,bytes)->bytes\n"
    "live()->i32\n")
  (memory (export "memory") 2)

  (func $penny_alloc (export "penny_alloc") (param $bytes i32) (result i32)
    (local $buffer i32)
    (if (i32.gt_u (local.get $bytes) (i32.const 4096)) (then (return (i32.const 0))))
    (loop $next
      (if (i32.eqz (i32.load (i32.shl (local.get $buffer) (i32.const 2))))
        (then
          (i32.store (i32.shl (local.get $buffer) (i32.const 2)) (i32.add (local.get $bytes) (i32.const 1)))
          (return (call $address (local.get $buffer)))))
      (local.set $buffer (i32.add (local.get $buffer) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $buffer) (i32.const 16))))
    (i32.const 0))

  (func $address (param $buffer i32) (result i32)
    (i32.add (i32.const 65536) (i32.shl (local.get $buffer) (i32.const 12))))

  (func (export "penny_free") (param $address i32) (param $bytes i32)
    (local $buffer i32)
    (local.set $buffer (i32.shr_u (i32.sub (local.get $address) (i32.const 65536)) (i32.const 12)))
    (if (i32.ge_u (local.get $buffer) (i32.const 16)) (then unreachable))
    (if (i32.ne (local.get $address) (call $address (local.get $buffer))) (then unreachable))
    (if (i32.ne (i32.load (i32.shl (local.get $buffer) (i32.const 2))) (i32.add (local.get $bytes) (i32.const 1)))
      (then unreachable))
    (i32.store (i32.shl (local.get $buffer) (i32.const 2)) (i32.const 0)))

  ;; How many buffers are allocated: 0 between tasks.
  (func (export "live") (result i32)
    (local $buffer i32) (local $count i32)
    (loop $next
      (local.set $count (i32.add (local.get $count)
        (i32.ne (i32.load (i32.shl (local.get $buffer) (i32.const 2))) (i32.const 0))))
      (local.set $buffer (i32.add (local.get $buffer) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $buffer) (i32.const 16))))
    (local.get $count))

  (func $result (param $address i32) (param $bytes i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get $address)) (i64.const 32)) (i64.extend_i32_u (local.get $bytes))))

  ;; The parameter itself: to be freed once.
  (func (export "echo") (param $address i32) (param $bytes i32) (result i64)
    (call $result (local.get $address) (local.get $bytes)))

  ;; All but the first byte, inside the parameter: not a buffer of its own.
  (func (export "tail") (param $address i32) (param $bytes i32) (result i64)
    (if (i32.eqz (local.get $bytes)) (then (return (call $result (local.get $address) (i32.const 0)))))
    (call $result (i32.add (local.get $address) (i32.const 1)) (i32.sub (local.get $bytes) (i32.const 1))))

  ;; A new buffer: to be freed as well.
  (func (export "reverse") (param $address i32) (param $bytes i32) (result i64)
    (local $target i32) (local $i i32)
    (local.set $target (call $alloc (local.get $bytes)))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $i) (local.get $bytes)))
        (i32.store8
          (i32.add (local.get $target) (i32.sub (i32.sub (local.get $bytes) (local.get $i)) (i32.const 1)))
          (i32.load8_u (i32.add (local.get $address) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (call $result (local.get $target) (local.get $bytes)))

  (func (export "join") (param $left i32) (param $left_bytes i32) (param $right i32) (param $right_bytes i32) (result i64)
    (local $target i32)
    (local.set $target (call $alloc (i32.add (local.get $left_bytes) (local.get $right_bytes))))
    (memory.copy (local.get $target) (local.get $left) (local.get $left_bytes))
    (memory.copy (i32.add (local.get $target) (local.get $left_bytes)) (local.get $right) (local.get $right_bytes))
    (call $result (local.get $target) (i32.add (local.get $left_bytes) (local.get $right_bytes))))

  (func $alloc (param $bytes i32) (result i32)
    (local $address i32)
    (local.set $address (call $penny_alloc (local.get $bytes)))
    (if (i32.eqz (local.get $address)) (then unreachable))
    (local.get $address))
)
