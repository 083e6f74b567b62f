;; A shared memory is committed up to its maximum: 4 GiB here.
(module
  (import "env" "memory" (memory 1 65536 shared))

  (func (export "pages") (result i32)
    (memory.size))
)
