;; A shared guest: every worker has an instance, all instances have one memory. Memory map: own shadow stack below
;; __stack_pointer, the counter at 1024, an array of 32768 i32 from 131072 on.
(module
  (import "env" "memory" (memory 4 64 shared))
  (global $stack (export "__stack_pointer") (mut i32) (i32.const 65536))

  ;; Adds to the counter; the new value. No update is lost, however many workers call it.
  (func (export "bump") (param $amount i32) (result i32)
    (i32.add (i32.atomic.rmw.add (i32.const 1024) (local.get $amount)) (local.get $amount)))

  (func (export "counter") (result i32)
    (i32.atomic.load (i32.const 1024)))

  ;; Elements from..to-1 become their index.
  (func (export "fill") (param $from i32) (param $to i32)
    (call $check (local.get $from) (local.get $to))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
        (i32.store (call $element (local.get $from)) (local.get $from))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $next))))

  ;; The sum of elements from..to-1. The running sum lives on the shadow stack: two workers on one stack would spoil it.
  (func (export "sum") (param $from i32) (param $to i32) (result i64)
    (local $frame i32) (local $sum i64)
    (call $check (local.get $from) (local.get $to))
    (local.set $frame (i32.sub (global.get $stack) (i32.const 16)))
    (global.set $stack (local.get $frame))
    (i64.store (local.get $frame) (i64.const 0))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
        (i64.store (local.get $frame)
          (i64.add (i64.load (local.get $frame)) (i64.extend_i32_u (i32.load (call $element (local.get $from))))))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $next)))
    (local.set $sum (i64.load (local.get $frame)))
    (global.set $stack (i32.add (local.get $frame) (i32.const 16)))
    (local.get $sum))

  (func $element (param $index i32) (result i32)
    (i32.add (i32.const 131072) (i32.shl (local.get $index) (i32.const 2))))

  (func $check (param $from i32) (param $to i32)
    (if (i32.or (i32.gt_u (local.get $from) (local.get $to)) (i32.gt_u (local.get $to) (i32.const 32768))) (then unreachable)))
)
