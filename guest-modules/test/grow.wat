;; Asks for memory: a given number of pages, or all there is.
(module
  (memory (export "memory") 1)

  (func (export "pages") (result i32)
    (memory.size))

  (func (export "grow") (param $pages i32) (result i32)
    (memory.grow (local.get $pages)))

  ;; Takes 64 MiB at a time until it gets no more; the number of pages it has then.
  (func (export "bomb") (result i32)
    (loop $again
      (br_if $again (i32.ne (memory.grow (i32.const 1024)) (i32.const -1))))
    (memory.size))
)
