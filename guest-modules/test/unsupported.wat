;; Functions that cannot be tasks, and one that can.
(module
  (func (export "fine") (param i32) (result i32)
    (local.get 0))

  (func (export "nine") (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (local.get 8))

  (func (export "two") (param i32) (result i32 i32)
    (local.get 0) (local.get 0))

  (func (export "vector") (param v128) (result i32)
    (i32x4.extract_lane 0 (local.get 0)))

  (func (export "reference") (param externref) (result i32)
    (ref.is_null (local.get 0)))
)
