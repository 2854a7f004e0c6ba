# キュー
queue-sums = { $messages } 通が { $recipients } 件の宛先への配送を待っています({ $size }、最も古いもの: { $oldest })。読み取り元: { $origin }
queue-aside = corrupt または saved に { $count } 個のファイルがあります。postcat で確認してください。
queue-unfinished = Postfix が書き込み中のファイルが { $count } 個ありました。
queue-incomplete = キューの一部を読めませんでした。数値は実際より小さくなっています。
queue-attempts-unknown = 次の配送時刻は不明です。キューファイルを読めるのは root だけです。
queue-more = … ほか { $count } 件(--limit 0 ですべて表示)
queue-not-tried = まだ配送を試みていません
