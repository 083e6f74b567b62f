;; Imports a memory that is not shared: threads on it would lose updates silently, so Penny refuses it.
(module
  (import "env" "memory" (memory 1))

  (func (export "load") (param $address i32) (result i32)
    (i32.load (local.get $address)))
)
