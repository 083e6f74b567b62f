;; Traps while it is instantiated.
(module
  (func $start
    unreachable)
  (start $start)

  (func (export "one") (result i32)
    (i32.const 1))
)
