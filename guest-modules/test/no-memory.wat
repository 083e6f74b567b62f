;; Says that it takes bytes, but exports no memory.
(module
  (@custom "penny" "length(bytes)->i32\n")

  (func (export "penny_alloc") (param $bytes i32) (result i32)
    (i32.const 1024))

  (func (export "length") (param $address i32) (param $bytes i32) (result i32)
    (local.get $bytes))
)
