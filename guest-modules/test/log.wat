;; Calls of penny.log, good and bad.
(module
  (import "penny" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "h\c3\a9llo")
  (data (i32.const 32) "\c3\28\ff")

  ;; "héllo" at any level, known or not.
  (func (export "hello") (param $level i32)
    (call $log (local.get $level) (i32.const 16) (i32.const 6)))

  ;; Bytes that are not UTF-8.
  (func (export "not_text")
    (call $log (i32.const 1) (i32.const 32) (i32.const 3)))

  ;; Text beyond the memory.
  (func (export "beyond")
    (call $log (i32.const 1) (i32.const 65530) (i32.const 100)))

  ;; A whole page as one line.
  (func (export "long")
    (call $log (i32.const 1) (i32.const 0) (i32.const 65536)))

  ;; As many lines as the caller wants.
  (func (export "flood") (param $lines i32)
    (block $done
      (loop $again
        (br_if $done (i32.eqz (local.get $lines)))
        (call $log (i32.const 0) (i32.const 16) (i32.const 6))
        (local.set $lines (i32.sub (local.get $lines) (i32.const 1)))
        (br $again))))
)
