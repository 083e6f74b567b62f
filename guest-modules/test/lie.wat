;; Results of type bytes that are not there. The allocator is honest: one buffer at 4096, the task before is over.
(module
  (@custom "penny" "echo(bytes)->bytes\n" "beyond(bytes)->bytes\n" "across(bytes)->bytes\n" "everything(bytes)->bytes\n"
    "wraps(bytes)->bytes\n" "not_text(bytes)->string\n" "nothing(bytes)->bytes\n")
  (memory (export "memory") 2)
  (data (i32.const 16) "\c3\28\ff")

  (func (export "penny_alloc") (param $bytes i32) (result i32)
    (if (result i32) (i32.gt_u (local.get $bytes) (i32.const 126976))
      (then (i32.const 0))
      (else (i32.const 4096))))

  ;; Good: the parameter itself.
  (func (export "echo") (param $address i32) (param $bytes i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get $address)) (i64.const 32)) (i64.extend_i32_u (local.get $bytes))))

  ;; Good: an empty result at address 0.
  (func (export "nothing") (param i32 i32) (result i64)
    (i64.const 0))

  ;; 4 KiB at an address beyond the memory.
  (func (export "beyond") (param i32 i32) (result i64)
    (i64.const 0xffff000000001000))

  ;; Starts inside, ends one byte outside of the two pages.
  (func (export "across") (param i32 i32) (result i64)
    (i64.const 0x0001fff000000011))

  ;; 4 GiB less one byte from address 0.
  (func (export "everything") (param i32 i32) (result i64)
    (i64.const 0x00000000ffffffff))

  ;; Address plus length is 16 in 32 bits.
  (func (export "wraps") (param i32 i32) (result i64)
    (i64.const 0xfffffff000000020))

  ;; Inside the memory, but not UTF-8.
  (func (export "not_text") (param i32 i32) (result i64)
    (i64.const 0x0000001000000003))
)
