;; Its signature says i64, its function has i32.
(module
  (@custom "penny" "add(i64,i64)->i64\n")

  (func (export "add") (param $a i32) (param $b i32) (result i32)
    (i32.add (local.get $a) (local.get $b)))
)
