;; Wants 2.5 GiB before it does anything.
(module
  (memory (export "memory") 40000)

  (func (export "pages") (result i32)
    (memory.size))
)
