;; WASI preview 1 by hand: a greeting and the arguments on standard output, one line each, then exit status 3.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)

  ;; 0 argument count, 4 their bytes, 8 one iovec, 16 bytes written, 32 and 48 texts, 256 argument addresses, 4096 argument bytes.
  (data (i32.const 32) "hello from wasi\n")
  (data (i32.const 48) "\n")

  (func $write (param $address i32) (param $bytes i32)
    (i32.store (i32.const 8) (local.get $address))
    (i32.store (i32.const 12) (local.get $bytes))
    (call $check (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16))))

  (func $check (param $errno i32)
    (if (local.get $errno) (then unreachable)))

  (func $length (param $text i32) (result i32)
    (local $bytes i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (i32.load8_u (i32.add (local.get $text) (local.get $bytes)))))
        (local.set $bytes (i32.add (local.get $bytes) (i32.const 1)))
        (br $next)))
    (local.get $bytes))

  (func (export "_start")
    (local $i i32) (local $text i32)
    (call $write (i32.const 32) (i32.const 16))
    (call $check (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (if (i32.or (i32.gt_u (i32.load (i32.const 0)) (i32.const 900)) (i32.gt_u (i32.load (i32.const 4)) (i32.const 61440)))
      (then unreachable))
    (call $check (call $args_get (i32.const 256) (i32.const 4096)))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $i) (i32.load (i32.const 0))))
        (local.set $text (i32.load (i32.add (i32.const 256) (i32.shl (local.get $i) (i32.const 2)))))
        (call $write (local.get $text) (call $length (local.get $text)))
        (call $write (i32.const 48) (i32.const 1))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (call $proc_exit (i32.const 3)))

  ;; Exits with any status in the middle of a task; the lines after it never run.
  (func (export "exit") (param $status i32) (result i32)
    (call $proc_exit (local.get $status))
    unreachable)

  (func (export "good") (result i32)
    (i32.const 7))
)
