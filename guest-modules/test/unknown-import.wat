;; Imports that Penny does not offer: one of another module, one unknown name in `penny`.
(module
  (import "env" "mystery" (func $mystery (param i32) (result i32)))
  (import "penny" "teleport" (func $teleport (param i32)))

  (func (export "ask") (param $a i32) (result i32)
    (call $teleport (local.get $a))
    (call $mystery (local.get $a)))
)
